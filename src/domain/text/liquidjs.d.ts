/** liquidjs' browser build: no `fs`, `path` or `stream`, so that phones, rooms and tests load the same code. Its types are the package's. */
declare module 'liquidjs/dist/liquid.browser.mjs' {
	export * from 'liquidjs';
}
