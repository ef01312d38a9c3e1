# Filters, sorting and pages, out of the query string.

class Listing
  SORTS = %w[title -title year -year].freeze

  attr_reader :offset, :limit

  def initialize(query)
    @author, @tag, @sort = query.values_at('author', 'tag', 'sort')
    @from = whole(query, 'year_from')
    @to = whole(query, 'year_to')
    @limit = whole(query, 'limit', 20, 1..100)
    @offset = whole(query, 'offset', 0, 0..)
    raise Invalid, { 'sort' => "must be one of #{SORTS.join(', ')}" } unless @sort.nil? || SORTS.include?(@sort)
  end

  # The books that fit, sorted.
  def select(books)
    fitting = books.select { |book| fits?(book) }
    return fitting if @sort.nil?

    sorted = fitting.sort_by { |book| book[@sort.delete('-')] }
    @sort.start_with?('-') ? sorted.reverse : sorted
  end

  private

  def fits?(book)
    (@author.nil? || book['author'] == @author) &&
      (@tag.nil? || book['tags'].include?(@tag)) &&
      (@from.nil? || book['year'] >= @from) &&
      (@to.nil? || book['year'] <= @to)
  end

  def whole(query, name, default = nil, range = nil)
    return default unless query.key?(name)

    value = Integer(query[name], 10, exception: false)
    raise Invalid, { name => 'must be a whole number in range' } if value.nil? || (range && !range.cover?(value))

    value
  end
end
