"""Addresses of search, profiles and memberships, in the desk's own namespace."""

from django.urls import path

from hub.desk import card_links, cards, checkins_part, companies, customers, links, memberships, parts, search

urlpatterns = [
    path("search/", search.search_page, name="search"),
    path("customers/", customers.customers_page, name="customers"),
    path("customers/new/", customers.new_customer, name="new_customer"),
    path("customers/<int:number>/", customers.customer_page, name="customer"),
    path("customers/<int:number>/edit/", customers.edit_customer, name="edit_customer"),
    path("customers/<int:number>/delete/", customers.delete_customer, name="delete_customer"),
    path("customers/<int:number>/assign/", memberships.assign_to_customer, name="assign_to_customer"),
    path("customers/<int:number>/photo/", parts.set_photo, name="set_photo"),
    path("customers/<int:number>/photo/<slug:digest>.jpg", parts.photo, name="photo"),
    path("customers/<int:number>/notes/", parts.add_customer_note, name="add_customer_note"),
    path("customers/<int:number>/checkins/", checkins_part.checkins_part, name="checkins"),
    path("customers/<int:number>/cards/issue/", cards.issue_card, name="issue_card"),
    path("customers/<int:number>/cards/import/", cards.import_card, name="import_card"),
    path("customers/<int:number>/companies/add/", links.add_company, name="add_company"),
    path("customer-notes/<int:number>/delete/", parts.delete_customer_note, name="delete_customer_note"),
    path("cards/<int:number>/", cards.card_page, name="card"),
    path("cards/<int:number>/revoke/", cards.revoke_card, name="revoke_card"),
    path("cards/<int:number>/replace/", cards.replace_card, name="replace_card"),
    path("customers/<int:number>/card-links/show/", card_links.show_link, name="show_card_link"),
    path("card-links/<int:number>/revoke/", card_links.revoke_link, name="revoke_card_link"),
    path("links/<int:number>/delete/", links.unlink, name="unlink"),
    path("companies/", companies.companies_page, name="companies"),
    path("companies/new/", companies.new_company, name="new_company"),
    path("companies/<int:number>/", companies.company_page, name="company"),
    path("companies/<int:number>/edit/", companies.edit_company, name="edit_company"),
    path("companies/<int:number>/delete/", companies.delete_company, name="delete_company"),
    path("companies/<int:number>/assign/", memberships.assign_to_company, name="assign_to_company"),
    path("companies/<int:number>/notes/", parts.add_company_note, name="add_company_note"),
    path("companies/<int:number>/people/add/", links.add_person, name="add_person"),
    path("company-notes/<int:number>/delete/", parts.delete_company_note, name="delete_company_note"),
    path("memberships/<int:number>/<slug:name>/", memberships.act_on_membership, name="act"),
]
