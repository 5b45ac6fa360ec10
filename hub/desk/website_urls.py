"""Addresses of websites and their keys, under /desk/."""

from django.urls import path

from hub.desk import website_keys, websites

urlpatterns = [
    path("websites/", websites.websites_page, name="websites"),
    path("websites/new/", websites.new_website_page, name="new_website"),
    path("websites/<int:number>/", websites.website_page, name="website"),
    path("websites/<int:number>/change/", websites.change_website_page, name="change_website"),
    path("websites/<int:number>/active/", websites.set_active, name="set_website_active"),
    path("websites/<int:number>/delete/", websites.delete_website_page, name="delete_website"),
    path("websites/<int:number>/try/", websites.try_token, name="try_website_token"),
    path("websites/<int:number>/keys/new/", website_keys.new_key_page, name="new_website_key"),
    path("website-keys/<int:number>/end/", website_keys.end_key, name="end_website_key"),
    path("website-keys/<int:number>/revoke/", website_keys.revoke_key_page, name="revoke_website_key"),
    path("website-visitors/<int:number>/unbind/", websites.unbind_visitor, name="unbind_visitor"),
]
