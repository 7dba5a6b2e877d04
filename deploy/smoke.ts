// `npm run smoke -- https://chat.example.com`: waits until the service is ready and, with --build, runs
// that build, or prints its last answer. Changes nothing.

import { setTimeout as pause } from 'node:timers/promises'
import { readArguments, refuseArguments } from '../local/arguments.ts'
import { passProxies } from '../local/proxies.ts'
import { type Answer, askReadiness, lagOf } from './readiness.ts'
import { idlePauseMs } from './room-update.ts'

type RetryPolicy = { tries: number; pauseMs: number; timeoutMs: number }

export type SmokeResult = { ready: boolean; sentence: string }

const timeoutMs = 10_000
const readyPolicy: RetryPolicy = { tries: 30, pauseMs: 2_000, timeoutMs }
/** Asked more often, an idle room would not hibernate and so keep its old code. */
const buildPolicy: RetryPolicy = { tries: 15, pauseMs: idlePauseMs, timeoutMs }

/** @param commit the beginning of the commit that Worker and room must run; undefined: any */
export async function awaitReady(
  url: string,
  commit?: string,
  policy: RetryPolicy = commit === undefined ? readyPolicy : buildPolicy,
): Promise<SmokeResult> {
  let wrong = ''
  for (let attempt = 1; attempt <= policy.tries; attempt++) {
    if (attempt > 1) await pause(policy.pauseMs)
    const found = faultOf(await askReadiness(url, policy.timeoutMs), commit)
    if (found === null) {
      const running = commit === undefined ? '' : `, and Worker and room run ${commit}`
      return { ready: true, sentence: `${url} is ready${running}.` }
    }
    wrong = found
  }
  return {
    ready: false,
    sentence: `${url} was not ready in ${policy.tries} tries; at last: ${wrong}`,
  }
}

function faultOf({ readiness, isReady, said }: Answer, commit: string | undefined): string | null {
  const lag =
    readiness && commit !== undefined
      ? lagOf(readiness, { name: commit, matches: (build) => build.commit.startsWith(commit) })
      : null
  return lag ?? (isReady ? null : said)
}

const usage = `npm run smoke -- https://chat.example.com [--build COMMIT]

Waits for up to a minute until the service says that it is ready. Changes nothing.

  --build COMMIT   waits for up to three minutes until Worker and room run this commit, too; its
                   beginning is enough`

if (import.meta.main) {
  const options = { build: { type: 'string' } } as const
  const { positionals, values } = readArguments(usage, { options, allowPositionals: true })
  const [url = '', ...more] = positionals
  if (!URL.canParse(url) || !/^https?:/.test(url) || more.length > 0)
    refuseArguments('The address of one service is needed.', usage)
  if (values.build === '') refuseArguments('--build takes the beginning of a commit.', usage)
  passProxies()
  const { ready, sentence } = await awaitReady(url, values.build)
  if (ready) console.log(sentence)
  else console.error(sentence)
  process.exit(ready ? 0 : 1)
}
