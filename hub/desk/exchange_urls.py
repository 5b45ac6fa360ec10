"""Addresses of import and export, under /desk/."""

from django.urls import path

from hub.desk import exchange

urlpatterns = [
    path("import/", exchange.imports_page, name="imports"),
    path("import/<int:number>/", exchange.import_page, name="import"),
    path("import/<int:number>/progress/", exchange.import_progress, name="import_progress"),
    path("import/<int:number>/write/", exchange.write_import, name="write_import"),
    path("import/<int:number>/go-on/", exchange.go_on_with_import, name="go_on_with_import"),
    path("import/<int:number>/forget/", exchange.forget_import, name="forget_import"),
    path("import/<int:number>/bad-rows.csv", exchange.bad_rows, name="bad_rows"),
    path("export/", exchange.export_page, name="export"),
]
