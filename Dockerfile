# Every RUN is a target of the Makefile. The CPU build of torch must be within pip's reach: name the
# index that has it with --build-arg PIP_EXTRA_INDEX_URL=…; without it the build stops.
FROM python:3.11.14-bookworm AS build
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY Makefile ./
COPY requirements requirements
RUN make dependencies CPU_ONLY=1
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY schemas schemas
COPY analysis analysis
COPY evaluation evaluation
RUN make package CPU_ONLY=1

FROM python:3.11.14-slim-bookworm
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    WHOSAID_HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
CMD ["gunicorn", "-c", "python:service.gunicorn_conf"]
