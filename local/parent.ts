// npm waits for its script and passes SIGTERM on. Killed, it can do neither, and what it started would
// go on serving without anyone who could end it.
import { setTimeout as delay } from 'node:timers/promises'

const lookEveryMs = 500

/**
 * Settles when `npm start` has ended without this process. Started in another way, a process may well
 * outlive its parent: by a shell in the background, or as a service.
 */
export async function untilNpmIsGone(env: NodeJS.ProcessEnv): Promise<void> {
  if (env.npm_lifecycle_event !== 'start') return new Promise(() => {})
  const npm = process.ppid
  while (process.ppid === npm) await delay(lookEveryMs)
}
