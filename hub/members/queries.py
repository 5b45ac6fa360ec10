def keys_fit_cards():
    return True
