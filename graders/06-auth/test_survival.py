"""Two copies of the server agree, and a restart loses nothing."""

from kata.grader import OK, needs


@needs("valid-token-opens-me")
def test_copies_accept_each_others_access_tokens(api, replica, alice, alice_tokens, log_in):
    replica.get("/me", token=alice_tokens.access).expect(OK)
    api.get("/me", token=log_in(alice, at=replica).access).expect(OK)


@needs("used-refresh-token-is-refused", "logout-ends-family")
def test_copies_share_refresh_tokens(replica, bob, log_in, log_out, refresh, refused):
    first = log_in(bob).refresh
    second = refresh(first, at=replica).expect(OK).field("refresh_token", str)
    log_out(second).expect(OK)
    refused(refresh(second, at=replica), "a token that was logged out at one copy works at the other")
    used = log_in(bob).refresh
    refresh(used, at=replica).expect(OK)
    refused(refresh(used), "a token that was used at one copy works at the other")


@needs("account-is-in-database", "administrator-lists-accounts")
def test_accounts_survive_restart(restarted, alice, admin_later, log_in):
    log_in(alice)
    log_in(admin_later)


@needs("refresh-returns-access-token", "valid-token-opens-me", "logout-ends-family")
def test_tokens_survive_restart(api, restarted, refresh):
    api.get("/me", token=restarted.access).expect(OK)
    refresh(restarted.refresh).expect(OK)


@needs("tokens-survive-restart")
def test_ended_tokens_stay_ended(restarted, logged_out, refresh, refused):
    refused(refresh(logged_out.token), "a token that was logged out works again after the restart")
