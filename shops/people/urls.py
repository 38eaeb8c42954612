"""Addresses of people, tokens, the audit trail, settings and invitations."""

from django.urls import path

from .views import invitation, people, settings, tokens, trail

urlpatterns = [
    path("console/<merchant>/people/", people.people, name="people"),
    path("console/<merchant>/people/invite/", people.invite, name="invite"),
    path("console/<merchant>/people/invitations/<invitation>/resend/", people.resend, name="resend"),
    path("console/<merchant>/people/invitations/<invitation>/revoke/", people.uninvite, name="uninvite"),
    path("console/<merchant>/people/members/<person>/role/", people.change_role, name="change_role"),
    path("console/<merchant>/people/members/<person>/remove/", people.remove, name="remove_member"),
    path("console/<merchant>/people/delegations/new/", people.lend, name="lend"),
    path("console/<merchant>/people/delegations/<delegation>/revoke/", people.unlend, name="unlend"),
    path("console/<merchant>/tokens/", tokens.tokens, name="tokens"),
    path("console/<merchant>/tokens/new/", tokens.token_new, name="token_new"),
    path("console/<merchant>/tokens/<token>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("console/<merchant>/audit/", trail.audit, name="audit"),
    path("console/<merchant>/settings/", settings.settings, name="settings"),
    path("invitations/<secret>/", invitation.invitation, name="invitation"),
]
