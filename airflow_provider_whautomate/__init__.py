"""Whautomate in Airflow DAGs: WhatsApp contacts, segments and broadcasts."""
