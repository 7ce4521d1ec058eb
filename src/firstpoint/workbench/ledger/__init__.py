"""Every look and every decision, chained; the database itself refuses to change or delete an entry."""
