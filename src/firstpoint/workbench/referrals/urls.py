"""Referrals to victim support."""

from django.urls import path

from firstpoint.workbench.referrals import views

urlpatterns = [
    path("", views.counted, name="referrals"),
    path("<int:key>/change/", views.change, name="referral-change"),
]
