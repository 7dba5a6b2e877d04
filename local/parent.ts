// Detects that npm was killed. npm usually waits for its script and passes SIGTERM on. If it is killed, the
// service would go on without a terminal that can end it.
import { setTimeout as delay } from 'node:timers/promises'

const lookEveryMs = 500

/**
 * Settles when `npm start` has ended without this process. Never settles if the process was started in
 * another way, as by a shell in the background: then it may outlive its parent.
 */
export async function untilNpmIsGone(env: NodeJS.ProcessEnv): Promise<void> {
  if (env.npm_lifecycle_event !== 'start') return new Promise(() => {})
  const npm = process.ppid
  while (process.ppid === npm) await delay(lookEveryMs)
}
