"""Tables, a file per noun: columns, who may read a row, how state moves."""
