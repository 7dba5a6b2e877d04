// `npm run smoke -- https://chat.example.com`: waits until the service says that it is ready, and
// says what it answered last if it never does. Changes nothing.

import { setTimeout as pause } from 'node:timers/promises'
import { readArguments, refuseArguments } from '../local/arguments.ts'
import { passProxies } from '../local/proxies.ts'

type Patience = { tries: number; pauseMs: number; timeoutMs: number }

export type Verdict = { ready: boolean; sentence: string }

const patience: Patience = { tries: 30, pauseMs: 2_000, timeoutMs: 10_000 }

const shownCharacters = 500

export async function awaitReady(
  url: string,
  { tries, pauseMs, timeoutMs }: Patience = patience,
): Promise<Verdict> {
  const address = new URL('/ready', url)
  let answer = ''
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (attempt > 1) await pause(pauseMs)
    const { ready, said } = await ask(address, timeoutMs)
    if (ready) return { ready, sentence: `${url} is ready.` }
    answer = said
  }
  return { ready: false, sentence: `${url} was not ready in ${tries} tries; at last: ${answer}` }
}

async function ask(address: URL, timeoutMs: number): Promise<{ ready: boolean; said: string }> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    const said = `${response.status} ${text.slice(0, shownCharacters)}`
    return { ready: response.ok && statusIn(text) === 'ready', said }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { cause } = error
    return { ready: false, said: cause instanceof Error ? cause.message : error.message }
  }
}

function statusIn(text: string): unknown {
  try {
    const answer: { status?: unknown } | null = JSON.parse(text)
    return answer?.status
  } catch {
    return undefined
  }
}

const usage = `npm run smoke -- https://chat.example.com

Waits for up to a minute until the service says that it is ready. Changes nothing.`

if (import.meta.main) {
  const { positionals } = readArguments(usage, { allowPositionals: true })
  const [url = '', ...more] = positionals
  if (!URL.canParse(url) || !/^https?:/.test(url) || more.length > 0)
    refuseArguments('The address of one service is needed.', usage)
  passProxies()
  const { ready, sentence } = await awaitReady(url)
  if (ready) console.log(sentence)
  else console.error(sentence)
  process.exit(ready ? 0 : 1)
}
