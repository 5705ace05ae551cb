"""The pages about one's own data, and the one way to somebody else's round."""

urlpatterns = []
