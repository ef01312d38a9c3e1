# A shop's API in front of a slow origin: what was asked for once is remembered in Memcached for CACHE_TTL seconds.
require "digest"
require "sinatra"
require_relative "cache"
require_relative "origin"

LANGUAGES = %w[en de].freeze # the first when nothing fits
CACHE = Cache.new

disable :protection, :static, :dump_errors
set :environment, :production

get "/health" do
  content_type :json
  '{"status": "ok"}'
end

get "/products" do
  tell remembered(request.fullpath, "lists")
end

get "/products/:id" do
  headers "Vary" => "Authorization"
  path = path_of("products")
  if request.env.key?("HTTP_AUTHORIZATION") # members have prices of their own
    tell_in_private Origin.ask("GET", path, credentials)
  else
    tell remembered(path, path)
  end
end

put("/products/:id") { change_product(request.body.read) }
delete("/products/:id") { change_product(nil) }

get "/articles/:id" do
  language = best_language(request.env["HTTP_ACCEPT_LANGUAGE"].to_s)
  headers "Vary" => "Accept-Language", "Content-Language" => language
  path = path_of("articles")
  tell remembered(path, path, language)
end

get "/account" do
  tell_in_private Origin.ask("GET", "/account", credentials)
end

helpers do
  # The origin's answer, from the cache when it is there. Of many who miss it at once, one asks and the others wait.
  # A write changes the version of a group, so that a late answer from before it lands under a key that nobody reads.
  def remembered(path, group, language = nil)
    key = "#{path} #{language} #{CACHE.version(group)}"
    CACHE.get(key) || CACHE.alone(key) do
      CACHE.get(key) || Origin.ask("GET", path, language ? { "Accept-Language" => language } : {}).tap do |answer|
        CACHE.put(key, answer) if answer.may_be_kept?
      end
    end
  end

  def change_product(body)
    path = path_of("products")
    answer = Origin.ask(request.request_method, path, credentials, body)
    CACHE.forget(path, "lists") unless answer.refused?
    send_answer answer
  end

  # A reply that everybody may share, or 304 when the client has it already.
  def tell(answer)
    headers "Cache-Control" => answer.may_be_kept? ? "public, max-age=#{CACHE.ttl}" : "no-store"
    etag Digest::SHA256.hexdigest(answer.body)[0, 32] if answer.status == 200 # Sinatra's: may answer 304
    send_answer answer
  end

  def tell_in_private(answer)
    headers "Cache-Control" => "private, no-store"
    send_answer answer
  end

  def send_answer(answer)
    content_type answer.type if answer.type
    [answer.status, answer.body.to_s]
  end

  def path_of(collection) = "/#{collection}/#{URI.encode_uri_component(params[:id])}"

  def credentials
    request.env.key?("HTTP_AUTHORIZATION") ? { "Authorization" => request.env["HTTP_AUTHORIZATION"] } : {}
  end

  def best_language(accepted)
    wanted = accepted.downcase.split(",").map { |part| part.strip.split(/\s*;\s*q=/) }
    wanted = wanted.reject(&:empty?).sort_by.with_index { |(_, weight), index| [-(weight || 1).to_f, index] }
    wanted.map { |name, _| name.split("-").first }.find { |name| LANGUAGES.include?(name) } || LANGUAGES.first
  end
end
