# frozen_string_literal: true

require "json"
require "sinatra/base"
require_relative "database"
require_relative "passwords"
require_relative "tokens"

# Accounts, tokens and roles.
class Auth < Sinatra::Base
  # Which methods each path has: for the 405s.
  METHODS = {
    %r{\A/health\z} => %w[GET],
    %r{\A/(register|login|refresh|logout)\z} => %w[POST],
    %r{\A/me\z} => %w[GET PATCH],
    %r{\A/me/password\z} => %w[PUT],
    %r{\A/users\z} => %w[GET],
    %r{\A/users/[^/]+\z} => %w[GET PATCH]
  }.freeze
  UUID = /\A\h{8}(-\h{4}){3}-\h{12}\z/
  SHOWN = "id, email, name, role"

  set :show_exceptions, false
  set :raise_errors, false
  set :host_authorization, permitted_hosts: []
  disable :static, :protection # no cookies, no HTML: nothing that rack-protection could protect

  before do
    content_type :json
    path = Rack::Utils.unescape_path(request.path_info).force_encoding(Encoding::UTF_8)
    # a regular expression raises at what is not UTF-8, as in /users/%ff
    methods = METHODS.find { |pattern, _| pattern.match?(path) }&.last if path.valid_encoding?
    refuse(404, "there is no such route") unless methods
    next if methods.include?(request.request_method)

    headers "Allow" => methods.join(", ")
    refuse(405, "this route has no such method")
  end

  get("/health") { answer(200, status: "ok") }

  post "/register" do
    email, name = storable("email", 1..254), storable("name", 1..100)
    password = text("password", 8..1000)
    refuse(422, "email has to be an e-mail address") unless email.match?(/.@./m)
    # the unique index decides who was first; a role in the body is not even looked at
    user = Database.row("INSERT INTO users (email, name, password_hash) VALUES ($1, $2, $3)
                         ON CONFLICT DO NOTHING RETURNING #{SHOWN}", email, name, Passwords.hash_of(password))
    refuse(409, "this e-mail is already registered") unless user
    answer(201, user)
  end

  post "/login" do
    email, password = text("email"), text("password")
    user = find("lower(email) = lower($1)", email) unless email.include?("\0")
    refuse(401, "wrong e-mail or password") unless Passwords.right?(password, user && user["password_hash"])
    answer_tokens(Tokens.pair(user["id"]))
  end

  post "/refresh" do
    answer_tokens(Tokens.refresh(text("refresh_token")) || refuse(401, "this refresh token is not valid"))
  end

  post "/logout" do
    Tokens.log_out(text("refresh_token"))
    nothing
  end

  get("/me") { answer(200, shown(me)) }

  patch "/me" do
    me
    answer(200, Database.row("UPDATE users SET name = $1 WHERE id = $2 RETURNING #{SHOWN}",
                             storable("name", 1..100), me["id"]))
  end

  put "/me/password" do
    me
    current, new = text("current_password"), text("new_password", 8..1000)
    refuse(403, "current_password is wrong") unless Passwords.right?(current, me["password_hash"])
    hash = Passwords.hash_of(new)
    Database.transaction do
      Database.rows("UPDATE users SET password_hash = $1 WHERE id = $2", hash, me["id"])
      Tokens.end_all_of(me["id"])
    end
    nothing
  end

  get "/users" do
    administrator!
    answer(200, users: Database.rows("SELECT #{SHOWN} FROM users ORDER BY email"))
  end

  get "/users/:id" do |id|
    refuse(403, "for this user and administrators") unless me["role"] == "admin" || me["id"] == id.downcase
    answer(200, shown(user(id)))
  end

  patch "/users/:id" do |id|
    administrator!
    role = text("role")
    refuse(422, "role has to be user or admin") unless %w[user admin].include?(role)
    answer(200, Database.row("UPDATE users SET role = $1 WHERE id = $2 RETURNING #{SHOWN}", role, user(id)["id"]))
  end

  error do
    answer(500, error: "something went wrong here")
  end

  helpers do
    # The account of the access token. The role in it is the one in the database, not one from an older token.
    def me
      @me ||= begin
        token = request.env["HTTP_AUTHORIZATION"].to_s[/\ABearer +([^ ]+)\z/i, 1]
        id = Tokens.user_id(token) if token
        find("id = $1", id) if id.is_a?(String) && UUID.match?(id)
      end || refuse(401, "a valid access token is needed")
    end

    def administrator!
      refuse(403, "for administrators") unless me["role"] == "admin"
    end

    def user(id)
      (find("id = $1", id) if UUID.match?(id)) || refuse(404, "no such user")
    end

    def find(condition, value)
      Database.row("SELECT * FROM users WHERE #{condition}", value)
    end

    def shown(user)
      user.slice(*SHOWN.split(", "))
    end

    # The body, which has to be a JSON object.
    def body_object
      @body_object ||= begin
        refuse(415, "send application/json") unless request.media_type == "application/json"
        text = request.body.read.force_encoding(Encoding::UTF_8)
        value = JSON.parse(text, max_nesting: 50) if text.valid_encoding?
        value.is_a?(Hash) ? value : refuse(400, "the body has to be a JSON object")
      rescue JSON::ParserError
        refuse(400, "the body is not JSON")
      end
    end

    def text(field, lengths = 0..)
      value = body_object[field]
      refuse(422, "#{field} has to be a string") unless value.is_a?(String) && value.valid_encoding?
      return value if lengths.cover?(value.length)

      refuse(422, "#{field} has to have #{lengths.min} to #{lengths.max} characters")
    end

    # PostgreSQL has no room for a NUL character.
    def storable(field, lengths)
      text(field, lengths).tap { |value| refuse(422, "#{field} holds a NUL character") if value.include?("\0") }
    end

    def answer(code, object)
      halt code, JSON.generate(object)
    end

    def answer_tokens(pair)
      headers "Cache-Control" => "no-store"
      answer(200, pair)
    end

    def nothing
      halt 204, { "Content-Type" => nil }, []
    end

    # What was sent is never repeated in an error.
    def refuse(code, message)
      headers "WWW-Authenticate" => "Bearer" if code == 401
      answer(code, error: message)
    end
  end
end
