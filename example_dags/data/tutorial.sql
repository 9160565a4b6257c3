CREATE TABLE customers (id integer PRIMARY KEY, full_name text, mobile text, country text, newsletter text);
INSERT INTO customers VALUES
    (1, 'Ada Beispiel', '0151 23456781', 'DE', 'yes'),
    (2, 'Ben Muster', '+49 151 23456782', 'DE', 'yes'),
    (3, 'Cem Ohnepost', '0151 23456783', 'DE', 'no'),
    (4, 'Dora Vertippt', '0151 2345', 'DE', 'yes'),
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
