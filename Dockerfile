FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 migrator && install -d -o migrator /srv/var
WORKDIR /srv
COPY requirements/prod.txt requirements/prod.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/prod.txt
COPY manage.py ./
COPY migrator migrator
COPY milestones milestones
COPY templates templates
COPY static static
USER migrator
ENV HOST=0.0.0.0 PORT=8000 MIGRATOR_VAR=/srv/var PYTHONUNBUFFERED=1
VOLUME /srv/var
EXPOSE 8000
CMD ["python", "manage.py", "up", "--no-demo"]
