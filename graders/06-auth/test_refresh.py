"""Refresh tokens rotate, and end when they should."""

from functools import partial

from kata.grader import OK, in_parallel, needs, require

#: The statement says 401; which of these it is, unauthenticated-answers-401 judges.
NO_TOKEN = frozenset({400, 401, 403, 422})


@needs("login-returns-token-pair")
def test_refresh_tokens_are_unguessable(alice_tokens, bystander, dave_tokens):
    tokens = (alice_tokens.refresh, bystander, dave_tokens.refresh)
    shortest = min(map(len, tokens))
    require(shortest >= 22, "a refresh token is too short", expected="at least 22 characters", actual=shortest)
    different = len(set(tokens))
    require(different == 3, "three logins must give three refresh tokens", expected=3, actual=different)


@needs("me-returns-account")
def test_refresh_returns_new_pair(api, carol, refreshed):
    reply = refreshed.reply.expect(OK)
    require(reply.field("refresh_token", str) != refreshed.first, "the refresh token did not change", reply=reply)
    me = api.get("/me", token=reply.field("access_token", str)).expect(200)
    require(me.field("id", str) == carol.id, "the new access token is somebody else's", expected=carol.id, reply=me)


@needs("refresh-returns-new-pair")
def test_access_token_is_no_refresh_token(alice_tokens, refresh, draw):
    refresh(alice_tokens.access).expect(NO_TOKEN)
    refresh(draw.secret(len(alice_tokens.refresh))).expect(NO_TOKEN)


@needs("refresh-returns-new-pair")
def test_used_refresh_token_is_refused(reused):
    reused.reply.expect(NO_TOKEN)


@needs("used-refresh-token-is-refused")
def test_reused_token_ends_its_family(reused, refresh):
    refresh(reused.newest).expect(NO_TOKEN)


@needs("used-refresh-token-is-refused")
def test_simultaneous_refreshes_have_one_winner(bob, log_in, refresh):
    for _ in range(4):
        replies = in_parallel([partial(refresh, log_in(bob).refresh)] * 4)
        for reply in replies:
            reply.expect(OK | NO_TOKEN)
        winners = [reply for reply in replies if reply.status in OK]
        require(len(winners) <= 1, "a refresh token worked more than once at the same moment", actual=len(winners))


@needs("refresh-returns-new-pair")
def test_logout_ends_family(logged_out, refresh):
    logged_out.reply.expect(OK)
    refresh(logged_out.token).expect(NO_TOKEN)


@needs("logout-ends-family")
def test_logout_can_be_repeated(logged_out, log_out, draw):
    log_out(logged_out.token).expect(OK)
    log_out(draw.secret(len(logged_out.token))).expect(OK)


@needs("used-refresh-token-is-refused", "logout-ends-family")
def test_other_logins_stay_alive(reused, logged_out, bystander, refresh):
    refresh(bystander).expect(OK)
