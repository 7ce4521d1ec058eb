"""Signing in and out, the day's work, people, and what each role may do."""

from django.urls import path

from firstpoint.workbench.accounts import door, managing, own, views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-in/code/", door.code, name="sign-in-code"),
    path("sign-in/organisation/", door.organisation, name="organisation"),
    path("sign-in/organisation/back/", door.organisation_back, name="organisation-back"),
    path("set-password/<str:secret>/", door.set_password, name="set-password"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("written/", door.written, name="written"),
    path("account/", own.account, name="account"),
    path("account/password/", own.password, name="password"),
    path("account/second-factor/", own.set_up, name="second-factor"),
    path("account/second-factor/picture.svg", own.picture, name="second-factor-picture"),
    path("people/", views.accounts, name="accounts"),
    path("people/add/", managing.add, name="person-add"),
    path("people/<int:key>/", managing.person, name="person"),
    path("people/addresses/<int:key>/", managing.let_in, name="address-let-in"),
    path("roles/", views.roles, name="roles"),
]
