/** Whether the app itself answers. It asks nobody else: what is started after it may be waiting for it. */
export const GET = () => new Response('ok', { headers: { 'cache-control': 'no-store' } });
