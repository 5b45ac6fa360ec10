"""What a member carries: links to their own card page, a lost card replaced, cards on paper and in wallets."""
