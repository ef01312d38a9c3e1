# What a book must look like.

class Invalid < StandardError
  attr_reader :errors

  def initialize(errors)
    super('something is missing or wrong')
    @errors = errors
  end
end

module Rules
  DEFAULTS = { 'tags' => [], 'summary' => nil }.freeze
  BLANK = /\A[[:space:]]*\z/

  module_function

  # The members of a book out of `data`, with defaults for those that may be left out. Raises Invalid.
  def book(data)
    members = DEFAULTS.merge(object(data))
    errors = {}
    errors['title'] = 'must be a string of 1 to 200 characters' unless text?(members['title'], 200)
    errors['author'] = 'must be a string of 1 to 100 characters' unless text?(members['author'], 100)
    errors['year'] = 'must be a whole number from 1 to 2100' unless year?(members['year'])
    errors['tags'] = 'must be up to 10 strings of 1 to 30 characters' unless tags?(members['tags'])
    errors['summary'] = 'must be up to 2000 characters' unless summary?(members['summary'])
    raise Invalid, errors unless errors.empty?

    members.slice('title', 'author', 'year', 'tags', 'summary')
  end

  # The book with a JSON merge patch on top (RFC 7396): null takes a member away.
  def merged(book, change)
    book.merge(object(change)).compact
  end

  def object(data)
    data.is_a?(Hash) ? data : raise(Invalid, { 'body' => 'must be a JSON object' })
  end

  def text?(value, longest)
    value.is_a?(String) && !value.match?(BLANK) && value.length <= longest
  end

  def year?(value)
    value.is_a?(Integer) && value.between?(1, 2100)
  end

  def tags?(value)
    value.is_a?(Array) && value.length <= 10 && value.all? { |tag| tag.is_a?(String) && tag.length.between?(1, 30) }
  end

  def summary?(value)
    value.nil? || (value.is_a?(String) && value.length <= 2000)
  end
end
