# What the origin says, and how to ask it. A failing or silent origin becomes 502.
require "net/http"

Answer = Struct.new(:status, :body, :type, :cache_control) do
  def refused? = status.between?(400, 499)

  # A found or a missing thing may be remembered, unless the origin says otherwise; a failure never.
  def may_be_kept? = [200, 404].include?(status) && !cache_control.match?(/no-store|private/)
end

module Origin
  ADDRESS = URI(ENV.fetch("ORIGIN_URL"))
  PATIENCE = { open_timeout: 2, read_timeout: 5 }.freeze
  GONE = [SystemCallError, IOError, SocketError, Timeout::Error, Net::ProtocolError].freeze

  def self.ask(method, path, headers, body = nil)
    request = Net::HTTPGenericRequest.new(method, !body.nil?, true, path, headers)
    request.body = body
    request["Content-Type"] = "application/json" if body
    reply = Net::HTTP.start(ADDRESS.host, ADDRESS.port, **PATIENCE) { |http| http.request(request) }
    return failure("the origin failed") if reply.code.to_i >= 500

    Answer.new(reply.code.to_i, reply.body, reply["Content-Type"], reply["Cache-Control"].to_s.downcase)
  rescue *GONE
    failure("the origin does not answer")
  end

  def self.failure(title) = Answer.new(502, %({"title": "#{title}"}), "application/json", "")
end
