# Ringway in a container: docker build -t ringway .
# How it is run, and which network it needs: docs/install.md.

FROM node:20.20.2-bookworm-slim AS node

FROM rust:1.95.0-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends make python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /ringway
COPY . .
# What pip installs beside the wheel is what was tested with it, held by hashes.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/ringway/target \
    make wheel \
    && .tools/bin/uv export --quiet --locked --no-dev --no-emit-project --output-file dist/requirements.txt

FROM python:3.11.13-slim-bookworm
RUN --mount=type=bind,from=build,source=/ringway/dist,target=/dist \
    pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore --require-hashes -r /dist/requirements.txt \
    && pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore --no-index /dist/ringway-*.whl
RUN groupadd --gid 10001 ringway \
    && useradd --uid 10001 --gid ringway --no-create-home --home-dir /var/lib/ringway ringway \
    && install -d -m 700 -o ringway -g ringway /var/lib/ringway
# By number, so that who forbids root in containers can see that it is another.
USER 10001:10001
ENV RINGWAY_DATA=/var/lib/ringway \
    RINGWAY_HTTP=0.0.0.0:8080
WORKDIR /var/lib/ringway
VOLUME /var/lib/ringway
EXPOSE 8080/tcp 8443/tcp 3478/udp 3478/tcp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; it = http.client.HTTPConnection('127.0.0.1', int(os.environ['RINGWAY_HTTP'].rpartition(':')[2]), timeout=4); it.request('GET', '/readyz'); sys.exit(it.getresponse().status != 200)"]
# Ringway may be process 1: it heeds SIGTERM, and its only child is the media engine, which it waits for.
ENTRYPOINT ["ringway"]
CMD ["serve"]
