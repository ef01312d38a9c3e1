# frozen_string_literal: true

require "digest"
require "jwt"
require "securerandom"

# Access tokens, which only their signature vouches for, and refresh tokens, which are rows.
module Tokens
  SECRET = ENV.fetch("JWT_SECRET")
  ACCESS_TTL = Integer(ENV.fetch("ACCESS_TOKEN_TTL"))
  REFRESH_TTL = Integer(ENV.fetch("REFRESH_TOKEN_TTL"))

  module_function

  # The user's id in a valid access token, else nil. The library checks alg, signature, exp and nbf.
  def user_id(access_token)
    claims, = JWT.decode(access_token, SECRET, true, algorithm: "HS256", required_claims: %w[exp sub])
    claims["sub"] if claims["exp"].is_a?(Numeric)
  rescue JWT::DecodeError
    nil
  end

  def pair(user_id, family = SecureRandom.uuid)
    refresh_token = SecureRandom.urlsafe_base64(32)
    Database.rows("INSERT INTO refresh_tokens (sha256, user_id, family, expires_at)
                   VALUES ($1, $2, $3, now() + make_interval(secs => $4))",
                  digest(refresh_token), user_id, family, REFRESH_TTL)
    now = Time.now.to_i
    claims = { sub: user_id, iat: now, exp: now + ACCESS_TTL }
    { access_token: JWT.encode(claims, SECRET, "HS256"), token_type: "Bearer",
      expires_in: ACCESS_TTL, refresh_token: refresh_token }
  end

  # A new pair for a token that is used for the first time, else nil; the second use ends the family.
  def refresh(refresh_token)
    locked(refresh_token) do |family|
      token = Database.row("UPDATE refresh_tokens SET used_at = now()
                            WHERE sha256 = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > now()
                            RETURNING user_id", digest(refresh_token))
      next pair(token["user_id"], family) if token

      end_family(family)
      nil
    end
  end

  def log_out(refresh_token)
    locked(refresh_token) { |family| end_family(family) }
  end

  def end_all_of(user_id)
    Database.rows("UPDATE refresh_tokens SET ended_at = now() WHERE user_id = $1 AND ended_at IS NULL", user_id)
  end

  def digest(refresh_token)
    Digest::SHA256.hexdigest(refresh_token)
  end

  def end_family(family)
    Database.rows("UPDATE refresh_tokens SET ended_at = now() WHERE family = $1 AND ended_at IS NULL", family)
  end

  # The block with the token's family, if there is one, while its user is locked: else a refresh could add a token to
  # a family that is ended at the same moment, by a reuse, a logout or a new password.
  def locked(refresh_token)
    Database.transaction do
      token = Database.row("SELECT family, user_id FROM refresh_tokens WHERE sha256 = $1", digest(refresh_token))
      if token
        Database.rows("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", token["user_id"])
        yield token["family"]
      end
    end
  end
end
