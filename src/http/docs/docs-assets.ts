// Paths of Swagger UI and ReDoc among the static assets, where the build puts them. The folder
// names carry versions, so their files can be cached for ever.

export const swaggerVersion = '5.35.0'
export const redocVersion = '2.5.4'

export const viewers = {
  swagger: {
    title: 'Edge Chat: try the API',
    folder: `docs/vendor/swagger-ui-${swaggerVersion}`,
    styles: ['swagger-ui.css'],
    scripts: ['swagger-ui-bundle.js'],
    start: 'docs/swagger.js',
  },
  redoc: {
    title: 'Edge Chat: API reference',
    folder: `docs/vendor/redoc-${redocVersion}`,
    styles: [],
    scripts: ['redoc.standalone.js'],
    start: 'docs/redoc.js',
  },
} as const satisfies Record<
  string,
  { title: string; folder: string; styles: string[]; scripts: string[]; start: string }
>
