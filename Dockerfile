# Not built in CI; compose.yaml uses it.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /ticketbot ./cmd/ticketbot

# The image holds no PostgreSQL: set TICKETBOT_DATABASE_URL.
FROM alpine:3.22
RUN adduser -D -H -u 10001 ticketbot \
 && install -d -o ticketbot -g ticketbot -m 0700 /var/lib/ticketbot
COPY --from=build /ticketbot /usr/local/bin/ticketbot
ENV TICKETBOT_DATA_DIR=/var/lib/ticketbot \
    TICKETBOT_LISTEN=0.0.0.0:8080
USER ticketbot
VOLUME /var/lib/ticketbot
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD wget -q -O /dev/null http://127.0.0.1:8080/healthz
ENTRYPOINT ["ticketbot"]
CMD ["run"]
