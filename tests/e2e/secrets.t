A secret reaches its stage and nothing else: no screen, no log, no event, no result.

  $ cat > mlpipe.yaml <<'X'
  > mlpipe: 1
  > secrets: [{name: API_TOKEN, from: env}]
  > stages:
  >   use: {cmd: "printf 'token %s\\n' $API_TOKEN; printf hunter; sleep 0.1; echo 2-and-more; test $API_TOKEN = hunter2-and-more", secrets: [API_TOKEN]}
  >   without: {cmd: "echo \"[$API_TOKEN]\""}
  >   fail: {cmd: "echo the token is $API_TOKEN; exit 1", secrets: [API_TOKEN]}
  > X
  $ export API_TOKEN=hunter2-and-more
  $ mlpipe run -j1 use without
  $ mlpipe logs use; mlpipe logs without
  $ mlpipe run -j1 fail
  $ mlpipe run --json --force -j1 fail > events.txt
  $ grep -rl hunter2-and-more . ; echo "grep ended with $?"

A missing one is said before anything runs.

  $ unset API_TOKEN; mlpipe run use

Another value is no change: secrets are never in a key.

  $ API_TOKEN=another-secret mlpipe run use
