# A shelf of books over HTTP.

require 'json'
require 'securerandom'
require 'sinatra'
require_relative 'listing'
require_relative 'rules'

set :bind, '0.0.0.0'
set :port, ENV.fetch('PORT', '4567')
set :show_exceptions, false
set :raise_errors, false

# Puma answers several requests at once; only one at a time may touch the shelf.
set :lock, true

SHELF = {}
JSON_TYPES = %w[application/json application/merge-patch+json].freeze

before do
  content_type :json
  halt 415 if %w[POST PUT PATCH].include?(request.request_method) && !JSON_TYPES.include?(request.media_type)
end

get '/books' do
  listing = Listing.new(params)
  fitting = listing.select(SHELF.values)
  following = listing.offset + listing.limit
  if following < fitting.length
    query = URI.encode_www_form(request.GET.merge('offset' => following))
    headers 'Link' => "</books?#{query}>; rel=\"next\""
  end
  JSON.generate(items: fitting[listing.offset, listing.limit] || [], total: fitting.length)
end

post '/books' do
  book = put_on_shelf(SecureRandom.uuid, Rules.book(body_as_data))
  status 201
  headers 'Location' => "/books/#{book['id']}"
  JSON.generate(book)
end

get '/books/:id' do
  JSON.generate(found)
end

put '/books/:id' do
  JSON.generate(put_on_shelf(found['id'], Rules.book(body_as_data)))
end

patch '/books/:id' do
  JSON.generate(put_on_shelf(found['id'], Rules.book(Rules.merged(found, body_as_data))))
end

delete '/books/:id' do
  SHELF.delete(found['id'])
  status 204
end

get '/openapi.json' do
  send_file File.join(__dir__, 'openapi.json')
end

# Sinatra answers 404 to a method that a path does not have; HTTP says 405 and which ones there are.
def self.refuse(path, methods, allowed)
  methods.each { |method| send(method, path) { halt 405, { 'Allow' => allowed }, '' } }
end

refuse '/books', %i[put patch delete], 'GET, POST'
refuse '/books/:id', %i[post], 'GET, PUT, PATCH, DELETE'

error Invalid do |error|
  problem 422, errors: error.errors
end

error JSON::ParserError do
  problem 400, detail: 'the body is not JSON'
end

error 404, 405, 415, 500 do
  problem response.status
end

# An error as a problem detail (RFC 9457).
def problem(status, **more)
  content_type 'application/problem+json'
  halt status, JSON.generate(title: Rack::Utils::HTTP_STATUS_CODES[status], status: status, **more)
end

def body_as_data
  text = request.body.read.force_encoding(Encoding::UTF_8)
  raise JSON::ParserError, 'not UTF-8' unless text.valid_encoding?

  JSON.parse(text)
end

def found
  SHELF[params['id']] || halt(404)
end

def put_on_shelf(id, draft)
  SHELF[id] = { 'id' => id, **draft }
end
