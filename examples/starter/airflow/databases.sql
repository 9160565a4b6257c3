-- Where permits, claims and ledgers live, beside Airflow's own database.
CREATE DATABASE whautomate;
