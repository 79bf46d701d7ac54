The first ten minutes on three repositories of different shape: `init`, a run, and a run that finds nothing to do.

  $ /usr/bin/python3 -c 'import pytest, sklearn, yaml' || { echo pytest or scikit-learn is not here: run scripts/test; exit 80; }

A package with tests, no pipeline of any kind.

  $ mkdir -p shop/src/shop shop/tests && cd shop && git init -q .
  $ printf '[project]\nname = "shop"\nversion = "1.0"\n\n[tool.pytest.ini_options]\npythonpath = ["src"]\n' > pyproject.toml
  $ touch src/shop/__init__.py && printf 'def total(prices):\n    return sum(prices)\n' > src/shop/cart.py
  $ printf 'from shop.cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n' > tests/test_cart.py
  $ git add . && git commit -q -m shop
  $ mlpipe init
  found Python tests in tests
  wrote $WORK/shop/mlpipe.yaml
  next: mlpipe run
  $ mlpipe run
  shop: run RUN, 1 stage
    started   unit                      never run
    passed    unit TIME  1 passed in TIME
  
    stage         result            time      memory  metrics moved
    unit          passed TIME SIZE
  
  shop: passed in TIME: 1 passed
  $ mlpipe run
  shop: nothing to do, 1 stage up to date

What Python leaves beside the code is no change, and what git tracks is untouched.

  $ find . -name __pycache__ | grep -c . && git status --short && cd ..
  2
  ?? build/
  ?? mlpipe.lock
  ?? mlpipe.yaml
  ?? src/shop/__pycache__/
  ?? tests/__pycache__/

A repository of DVC's: its stages, parameters and metrics.

  $ mkdir -p churn/src churn/data && cd churn && git init -q .
  $ cat > dvc.yaml <<'X'
  > stages:
  >   prepare:
  >     cmd: python3 src/prepare.py
  >     deps: [src/prepare.py, data/raw.csv]
  >     params: [prepare.share]
  >     outs: [data/prepared]
  >   train:
  >     cmd: python3 src/train.py
  >     deps: [src/train.py, data/prepared]
  >     params: [train]
  >     outs: [model.pkl]
  >     metrics:
  >       - metrics.json: {cache: false}
  > X
  $ printf 'prepare:\n  share: 0.5\ntrain:\n  depth: 3\n  seed: 1\n' > params.yaml
  $ cat > src/prepare.py <<'X'
  > import os, yaml
  > share = yaml.safe_load(open("params.yaml"))["prepare"]["share"]
  > rows = open("data/raw.csv").read().split()
  > os.makedirs("data/prepared", exist_ok=True)
  > cut = int(len(rows) * share)
  > open("data/prepared/train.csv", "w").write("\n".join(rows[1:cut]) + "\n")
  > open("data/prepared/test.csv", "w").write("\n".join(rows[cut:]) + "\n")
  > X
  $ cat > src/train.py <<'X'
  > import json, pickle, yaml
  > from sklearn.tree import DecisionTreeClassifier
  > chosen = yaml.safe_load(open("params.yaml"))["train"]
  > read = lambda name: [[int(n) for n in row.split(",")] for row in open(f"data/prepared/{name}.csv")]
  > train, test = read("train"), read("test")
  > model = DecisionTreeClassifier(max_depth=chosen["depth"], random_state=chosen["seed"])
  > model.fit([row[:2] for row in train], [row[2] for row in train])
  > pickle.dump(model, open("model.pkl", "wb"))
  > score = model.score([row[:2] for row in test], [row[2] for row in test])
  > json.dump({"accuracy": score}, open("metrics.json", "w"))
  > X
  $ python3 -c 'print("a,b,left"); [print(i, i * i % 7, int(i * i % 7 > 2), sep=",") for i in range(200)]' > data/raw.csv
  $ printf '/data/prepared\n/model.pkl\n' > .gitignore && git add . && git commit -q -m churn
  $ mlpipe init
  found dvc.yaml with 2 stages
  note: the pipeline keeps results of its own beside dvc.lock; data that DVC tracks must be here (`dvc pull`)
  wrote $WORK/churn/mlpipe.yaml
  next: mlpipe run
  $ mlpipe run -j1
  churn: run RUN, 2 stages
    started   prepare                   never run
    passed    prepare TIME
    started   train                     never run
    passed    train TIME  accuracy 1
  
    stage         result            time      memory  metrics moved
    prepare       passed TIME SIZE
    train         passed TIME SIZE
  
  churn: passed in TIME: 2 passed
  $ mlpipe run
  churn: nothing to do, 2 stages up to date
  $ sed -i 's/depth: 3/depth: 4/' params.yaml && mlpipe why train | sed '/last good run/d'; cd ..
  train would run:
    train.depth: 3 -> 4

A repository with a lock file and a script that trains.

  $ mkdir -p price/tests && cd price && git init -q .
  $ printf '[project]\nname = "price"\nversion = "1.0"\ndependencies = ["scikit-learn"]\n' > pyproject.toml
  $ printf 'version = 1\n\n[[package]]\nname = "scikit-learn"\nversion = "1.4.2"\n' > uv.lock
  $ printf 'def price(area):\n    return 2 * area\n' > price.py
  $ printf 'from price import price\n\n\ndef test_price():\n    assert price(2) == 4\n' > tests/test_price.py
  $ git add . && git commit -q -m price
  $ mlpipe init
  found Python tests in tests
  found lock files: uv.lock
  note: no .venv is here: `uv sync` makes one, then run `mlpipe init --force`
  wrote $WORK/price/mlpipe.yaml
  next: mlpipe run
  $ mlpipe run
  price: run RUN, 1 stage
    started   unit                      never run
    passed    unit TIME  1 passed in TIME
  
    stage         result            time      memory  metrics moved
    unit          passed TIME SIZE
  
  price: passed in TIME: 1 passed
  $ mlpipe run
  price: nothing to do, 1 stage up to date
  $ sed -i 's/1.4.2/1.5.0/' uv.lock && mlpipe why unit | sed '/last good run/d'
  unit would run:
    uv.lock changed: 1 package moved
      scikit-learn 1.4.2 -> 1.5.0
