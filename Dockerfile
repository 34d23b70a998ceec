# The program alone in an image without shell or packages: one static binary, a user that is not root, state in /data.
#
#   docker build -t host .
#   docker run -d --name host --stop-timeout 60 -v host-data:/data --env-file .env host
#   docker exec host /host ctl status
#
# No `VOLUME` line: some platforms refuse it. Without a volume at /data a session ends with its container.

FROM rust:1.95.0-alpine3.22 AS build
# A C compiler for SQLite, zstd and the TLS library; on Alpine everything links statically.
RUN apk add --no-cache build-base
WORKDIR /src
COPY . .
# The toolchain of the image, not the one rust-toolchain.toml would fetch with the target of strategies.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist -p host && cp target/dist/host /host
RUN mkdir /empty

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /host /host
COPY --from=build --chown=65532:65532 /empty /data
WORKDIR /data
ENV CACHE_PATH=/data/market \
    DATABASE_PATH=/data/host.sqlite \
    OUTPUT_PATH=/data/runs \
    STRATEGIES_PATH=/data/strategies \
    LOG_FORMAT=json \
    LOG_LEVEL=info
USER 65532:65532
STOPSIGNAL SIGTERM
# Replaying a journal of months takes a while; until then the session does not answer.
HEALTHCHECK --interval=30s --timeout=10s --start-period=5m --retries=3 CMD ["/host", "ctl", "health"]
ENTRYPOINT ["/host"]
CMD ["forward-test"]
