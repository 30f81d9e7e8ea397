//! What the shop sells: products, variants, categories, brands, suppliers, pictures.
