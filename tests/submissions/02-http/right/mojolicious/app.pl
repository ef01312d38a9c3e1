#!/usr/bin/env perl
# A small server that speaks HTTP, with Mojolicious.
use Mojolicious::Lite -signatures;

use Digest::SHA qw(sha256_hex);
use Mojo::JSON qw(decode_json encode_json);
use Mojo::Util qw(encode trim url_escape xml_escape);

my @FORMS = ('text/plain', 'text/html', 'application/json');
my %pages;    # name => {content => bytes, type => ...}

get '/' => 'home';

get '/hello/#name' => sub ($c) {
  my $greeting = 'Hello, ' . $c->param('name') . '!';
  my $form     = preferred($c->req->headers->accept || '*/*');
  return refuse($c, 406, 'There is a greeting in ' . join ', ', @FORMS) unless $form;

  $c->res->headers->vary('Accept');
  return $c->render(json => {greeting => $greeting}) if $form eq 'application/json';
  my $text = $form eq 'text/html' ? '<p>' . xml_escape($greeting) . '</p>' : $greeting;
  reply($c, 200, "$form; charset=utf-8", encode('UTF-8', $text));
};

get '/old/#name' => sub ($c) {
  $c->res->headers->location('/hello/' . url_escape(encode('UTF-8', $c->param('name'))));
  $c->rendered(301);
};

get '/query' => sub ($c) {
  my $query = $c->req->query_params;
  my %parameters = map { $_ => $query->every_param($_) } @{$query->names};
  $c->render(json => {parameters => \%parameters});
};

post '/echo' => sub ($c) { reply($c, 200, type_of($c), $c->req->body) };

post '/measure' => sub ($c) {
  my ($type) = split /;/, lc type_of($c);
  return refuse($c, 415, 'Send application/json') unless trim($type) eq 'application/json';

  my $body = eval { decode_json($c->req->body) };
  return refuse($c, 400, 'The body is no JSON') if $@;
  my $text = ref $body eq 'HASH' ? $body->{text} : undef;
  return refuse($c, 422, 'Send {"text": "..."}') unless is_string($text);

  $c->render(json => {characters => length $text, bytes => length encode('UTF-8', $text)});
};

get '/pages/#name' => sub ($c) {
  my $page = $pages{$c->param('name')} or return refuse($c, 404, 'No such page');
  my $content = $page->{content};

  # Sets the ETag header, too, and compares it with If-None-Match.
  return $c->rendered(304) if $c->is_fresh(etag => substr sha256_hex($content), 0, 16);

  my ($first, $last) = span($c->req->headers->range // '', length $content);
  return reply($c, 200, $page->{type}, $content) unless defined $first;
  if ($first > $last) {
    $c->res->headers->content_range('bytes */' . length $content);
    return refuse($c, 416, 'The page ends before that');
  }
  $c->res->headers->content_range("bytes $first-$last/" . length $content);
  reply($c, 206, $page->{type}, substr $content, $first, $last - $first + 1);
};

put '/pages/#name' => sub ($c) {
  my $status = $pages{$c->param('name')} ? 204 : 201;
  $pages{$c->param('name')} = {content => $c->req->body, type => type_of($c)};
  $c->rendered($status);
};

del '/pages/#name' => sub ($c) {
  return refuse($c, 404, 'No such page') unless delete $pages{$c->param('name')};
  $c->rendered(204);
};

# What comes this far has a known path and a method that it does not have.
my %methods = (
  '/'            => 'GET, HEAD',
  '/hello/#name' => 'GET, HEAD',
  '/old/#name'   => 'GET, HEAD',
  '/query'       => 'GET, HEAD',
  '/echo'        => 'POST',
  '/measure'     => 'POST',
  '/pages/#name' => 'GET, HEAD, PUT, DELETE',
);
for my $path (keys %methods) {
  any $path => sub ($c) {
    $c->res->headers->allow($methods{$path});
    refuse($c, 405, 'Method not allowed');
  };
}

any '/*rest' => sub ($c) { refuse($c, 404, 'Not found') };

# The form with the highest q; the earlier one among equals; nothing when no form is accepted.
sub preferred ($accept) {
  my %q;
  for my $part (split /,/, $accept) {
    my ($range, @parameters) = map { trim lc } split /;/, $part;
    my ($quality) = map {/^q=([\d.]+)$/} @parameters;
    $q{$range} = $quality // 1;
  }
  my ($best, $best_q) = (undef, 0);
  for my $form (@FORMS) {
    my ($family) = split m{/}, $form;
    my $quality = $q{$form} // $q{"$family/*"} // $q{'*/*'} // 0;
    ($best, $best_q) = ($form, $quality) if $quality > $best_q;
  }
  return $best;
}

# First and last byte of `bytes=2-5`, `bytes=20-` or `bytes=-4`; nothing when the header is not one range of bytes.
sub span ($range, $length) {
  my ($first, $last) = $range =~ /^bytes=(\d*)-(\d*)$/ or return;
  return                                                      if $first eq '' && $last eq '';
  return ($last < $length ? $length - $last : 0, $length - 1) if $first eq '';
  return ($first, $last eq '' || $last >= $length ? $length - 1 : $last);
}

# JSON strings and numbers are both scalars in Perl; only the encoder still sees the difference.
sub is_string ($value) { defined $value && !ref $value && encode_json([$value]) =~ /^\["/ }

sub type_of ($c) { $c->req->headers->content_type || 'application/octet-stream' }

sub refuse ($c, $status, $reason) { reply($c, $status, 'text/plain; charset=utf-8', $reason) }

sub reply ($c, $status, $type, $bytes) {
  $c->res->headers->content_type($type);
  $c->render(data => $bytes, status => $status);
}

app->start;

__DATA__

@@ home.html.ep
<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>A server that speaks HTTP</title>
  </head>
  <body>
    <h1>Welcome</h1>
    <p>Try <a href="/hello/world">a greeting</a>.</p>
  </body>
</html>
