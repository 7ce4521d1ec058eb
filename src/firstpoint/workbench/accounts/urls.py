"""Signing in and out, the day's work, people, and what each role may do."""

from django.urls import path

from firstpoint.workbench.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("people/", views.accounts, name="accounts"),
    path("roles/", views.roles, name="roles"),
]
