"""A restart loses nothing, and two copies of the server agree."""

from kata.grader import needs


@needs("account-is-in-database", "administrator-lists-accounts")
def test_accounts_survive_restart(restarted, alice, admin, log_in):
    log_in(alice)
    log_in(admin)


@needs("refresh-returns-new-pair", "me-returns-account", "logout-ends-family")
def test_tokens_survive_restart(api, restarted, refresh):
    api.get("/me", token=restarted.access).expect(200)
    refresh(restarted.refresh).expect(200)


@needs("tokens-survive-restart")
def test_ended_tokens_stay_ended(restarted, logged_out, refresh):
    refresh(logged_out.token).expect(401)


@needs("me-returns-account")
def test_copies_accept_each_others_access_tokens(api, replica, alice, alice_tokens, log_in):
    replica.get("/me", token=alice_tokens.access).expect(200)
    api.get("/me", token=log_in(alice, at=replica).access).expect(200)


@needs("used-refresh-token-is-refused", "logout-ends-family")
def test_copies_share_refresh_tokens(replica, bob, log_in, log_out, refresh):
    first = log_in(bob).refresh
    second = refresh(first, at=replica).expect(200).field("refresh_token", str)
    log_out(second).expect(204)
    refresh(second, at=replica).expect(401)
    used = log_in(bob).refresh
    refresh(used, at=replica).expect(200)
    refresh(used).expect(401)
