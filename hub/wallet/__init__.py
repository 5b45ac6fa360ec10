"""The member's own card at /card/, by a link that their phone remembers."""
