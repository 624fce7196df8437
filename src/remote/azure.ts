export async function azureStore(_: string | URL): Promise<never> { throw new Error(); }
