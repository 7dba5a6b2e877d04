// `npm run smoke -- https://chat.example.com`: waits until the service says that it is ready, and
// says what it answered last if it never does. Changes nothing.

import { setTimeout as pause } from 'node:timers/promises'

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

if (import.meta.main) {
  const [url = ''] = process.argv.slice(2)
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    console.error('Which service? `npm run smoke -- https://chat.example.com`.')
    process.exit(1)
  }
  const { ready, sentence } = await awaitReady(url)
  if (ready) console.log(sentence)
  else console.error(sentence)
  process.exit(ready ? 0 : 1)
}
