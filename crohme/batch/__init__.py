"""Any number of expressions, from files, archives, tables and object stores, read into parts that can be continued."""
