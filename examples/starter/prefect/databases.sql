-- Where permits, claims and ledgers live, beside Prefect's own database.
CREATE DATABASE whautomate;
