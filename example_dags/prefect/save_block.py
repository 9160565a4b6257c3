"""Save the account of the emulator as a block, for the quick start."""

from prefect_whautomate import WhautomateCredentials

WhautomateCredentials(
    host="http://127.0.0.1:8787",
    key="emulator-key",
    plan="subscribed",
    location_id="loc000000001",
).save("whautomate", overwrite=True)
