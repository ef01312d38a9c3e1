# frozen_string_literal: true

require_relative "app"

Database.set_up
run Auth
