"""Pictures of the rich menus, and the script that draws them."""
