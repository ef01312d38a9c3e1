"""Refresh tokens rotate, and end when they should."""

from functools import partial

from kata.grader import OK, needs, require


@needs("login-returns-refresh-token")
def test_refresh_tokens_are_unguessable(alice_tokens, bystander, dave_tokens):
    tokens = (alice_tokens.refresh, bystander, dave_tokens.refresh)
    shortest = min(map(len, tokens))
    require(shortest >= 22, "a refresh token is too short", expected="at least 22 characters", actual=shortest)
    different = len(set(tokens))
    require(different == 3, "three logins must give three refresh tokens", expected=3, actual=different)


@needs("valid-token-opens-me", "login-returns-refresh-token")
def test_refresh_returns_access_token(api, carol, refreshed):
    reply = refreshed.reply.expect(OK)
    me = api.get("/me", token=reply.field("access_token", str)).expect(200)
    require(carol.is_shown_in(me), "the new access token is somebody else's", expected=carol.email, reply=me)


@needs("refresh-returns-access-token")
def test_refresh_returns_new_refresh_token(refreshed):
    reply = refreshed.reply
    require(reply.field("refresh_token", str) != refreshed.first, "the refresh token did not change", reply=reply)


@needs("refresh-returns-access-token")
def test_access_token_is_no_refresh_token(alice_tokens, refresh, refused, draw):
    refused(refresh(alice_tokens.access), "an access token was accepted as a refresh token")
    refused(refresh(draw.secret(len(alice_tokens.refresh))), "a random string was accepted as a refresh token")


@needs("refresh-returns-new-refresh-token")
def test_used_refresh_token_is_refused(reused, refused):
    refused(reused.reply, "the first refresh token of a login worked a second time")


@needs("used-refresh-token-is-refused")
def test_reused_token_ends_its_family(reused, refresh, refused):
    refused(refresh(reused.newest), "the newest token works after the first was sent a second time")


@needs("used-refresh-token-is-refused")
def test_simultaneous_refreshes_have_one_winner(bob, log_in, refresh, refused, control):
    for _ in range(2):
        replies = control.at_once("postgres", [partial(refresh, log_in(bob).refresh)] * 4)
        winners = [reply for reply in replies if reply.status in OK]
        for second in winners[1:]:
            refused(second, "a refresh token worked more than once at the same moment")
        for loser in replies:
            loser.expect(OK | {400, 401, 403, 422})


@needs("refresh-returns-access-token")
def test_logout_ends_family(logged_out, refresh, refused):
    logged_out.reply.expect(OK)
    refused(refresh(logged_out.token), "the token that was logged out still works")


@needs("logout-ends-family")
def test_logout_can_be_repeated(logged_out, log_out, draw):
    log_out(logged_out.token).expect(OK)
    log_out(draw.secret(len(logged_out.token))).expect(OK)


@needs("used-refresh-token-is-refused", "logout-ends-family")
def test_other_logins_stay_alive(reused, logged_out, bystander, refresh):
    refresh(bystander).expect(OK)
