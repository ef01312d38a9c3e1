# Like python:3.13-slim: `python`, `python3`, `pip`; pip installs as root, without asking for a virtual environment.
FROM kata-local/debian:trixie
ENV PYTHONUNBUFFERED=1 PIP_ROOT_USER_ACTION=ignore LANG=C.UTF-8
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-pip python3-venv python-is-python3 \
 && rm -rf /var/lib/apt/lists/* /usr/lib/python3*/EXTERNALLY-MANAGED
CMD ["python3"]
