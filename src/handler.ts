// Answers the requests that reach the Worker.

import { createIsolate, createServices } from './composition.ts'
import type { Env } from './env.ts'
import { createApp, createUnconfiguredApp } from './http/app.ts'
import type { SystemClock } from './system-clock.ts'

export function createHandler(clock: SystemClock): Required<Pick<ExportedHandler<Env>, 'fetch'>> {
  const isolate = createIsolate(clock)
  const app = createApp()
  const unconfiguredApp = createUnconfiguredApp()
  return {
    fetch(request, env, context) {
      const services = createServices(env, isolate)
      return services
        ? app.fetch(request, services, context)
        : unconfiguredApp.fetch(request, undefined, context)
    },
  }
}
