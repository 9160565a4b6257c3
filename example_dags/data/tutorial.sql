CREATE TABLE customers (id integer PRIMARY KEY, full_name text, mobile text, country text, newsletter text);
INSERT INTO customers VALUES
    (1, 'Anton Beispiel', '0151 23456791', 'DE', 'yes'),
    (2, 'Berta Muster', '+49 151 23456792', 'DE', 'yes'),
    (3, 'Clara Ohnepost', '0151 23456793', 'DE', 'no'),
    (4, 'David Vertippt', '0151 2345', 'DE', 'yes'),
    (5, 'Elin Exempel', '070-174 06 08', 'SE', 'yes'),
    (6, 'Finn Sample', '(416) 555-0117', 'CA', 'yes');
CREATE TABLE campaigns (
    broadcast_id text PRIMARY KEY,
    name text,
    approved_by text,
    status text,
    recipients integer,
    delivered integer,
    undelivered integer
);
